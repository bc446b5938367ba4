"""A headless Chromium with a page of another origin than the server's."""

import base64
import functools
import http.server
import pathlib
import shutil
import threading

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from recorded import WAIT_SECONDS, Answer

PAGE = pathlib.Path(__file__).parent / "page"
# The fields that Chromium writes by itself; a page may not (Fetch standard, §2.2.2).
CHROMIUMS = {
    "accept-encoding", "accept-language", "connection", "content-length", "host", "origin",
    "referer", "user-agent",
}


class PageServer:
    """Serves the page on two names of this machine, so that it has two origins."""

    def __init__(self):
        handler = functools.partial(QuietHandler, directory=PAGE)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.port = self.server.server_port
        self.origin, self.other = f"http://127.0.0.1:{self.port}", f"http://localhost:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Browser:
    def __init__(self, *more):
        options = webdriver.ChromeOptions()
        options.binary_location = program("chromium")
        for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", *more):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options, Service(program("chromedriver")))
        self.driver.set_script_timeout(WAIT_SECONDS)

    def open(self, origin):
        self.driver.get(origin)

    def quit(self):
        self.driver.quit()

    def run(self, script, *arguments):
        """Runs the body of an async function in the page; answers what it returns."""
        wrapped = f"""
            const [done, ...given] = [arguments[arguments.length - 1], ...arguments];
            (async (page, ...given) => {{ {script} }})(window.page, ...given.slice(0, -1))
                .then(value => done({{ value }}), error => done({{ error: `${{error}}` }}));
        """
        answer = self.driver.execute_async_script(wrapped, *arguments)
        if "error" in answer:
            raise PageError("\n".join([answer["error"], *self.console()]))
        return answer.get("value")

    def console(self):
        """What Chromium has to say about it."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def request(self, server, request):
        """A recorded request for the page: with the fields that the client's code sets."""
        return {
            "method": request.method, "url": server.url + request.target,
            "fields": [field for field in request.fields if not is_chromiums(field[0])],
            "body": base64.b64encode(request.body).decode() if request.body else None,
        }

    def send(self, server, request, options={}):
        """Has the page send a recorded request."""
        answer = self.run(
            "return await page.send(...given);", self.request(server, request), options)
        return Answer(answer["status"], answer["fields"], answer["body"].encode())


class PageError(Exception):
    """An error of the page, with the lines of the browser's console."""


def is_chromiums(name):
    return name.lower() in CHROMIUMS or name.lower().startswith("sec-")


def program(name):
    path = shutil.which(name)
    if path is None:
        raise RuntimeError(f"{name} is not installed (Debian: chromium, chromium-driver)")
    return path
