from django.apps import AppConfig


class AnnotateConfig(AppConfig):
    name = "annotate"
    verbose_name = "Annotate"

    def ready(self) -> None:
        from annotate import founding, leaving, pausing

        founding.listen()
        leaving.listen()
        pausing.offer_targets()
