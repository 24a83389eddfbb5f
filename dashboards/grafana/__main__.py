"""Writes the JSON again."""

from dashboards.grafana.document import FOLDER, documents

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in documents().items():
        (FOLDER / name).write_text(text)
