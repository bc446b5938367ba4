"""Reads the reference page of a project's API: what its snippets are."""

import html.parser


class Reference(html.parser.HTMLParser):
    """The snippets of a page by language, by section and title: `("rooms", "Insert a row")`."""

    def __init__(self, text):
        super().__init__()
        self.snippets = {}
        self._section = self._title = self._language = None
        self._open = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag in ("h2", "h3"):
            self._open = ""
            if tag == "h2":
                self._section = attributes.get("id", "").removeprefix("model-") or None
        elif tag == "pre":
            self._open = ""
            self._language = attributes["data-language"]

    def handle_data(self, data):
        if self._open is not None:
            self._open += data

    def handle_endtag(self, tag):
        if tag in ("h2", "h3"):
            self._title = self._open
            self._open = None
        elif tag == "pre":
            of_language = self.snippets.setdefault(self._language, {})
            of_language[self._section, self._title] = self._open
            self._open = None
