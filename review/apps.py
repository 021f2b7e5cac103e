from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "review"
    verbose_name = "Review"

    def ready(self) -> None:
        from review import leaving, opening, queries, queries_guidelines, reopening

        leaving.listen()
        opening.listen()
        queries.listen()
        queries_guidelines.listen()
        reopening.listen()
