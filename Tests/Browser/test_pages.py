"""What 'apus init' makes, through a real browser: a page that is live in two windows; and what 'apus
dev' shows to who sits at the machine, and to no page of another origin or name."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

from selenium.common.exceptions import TimeoutException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from apus import BINARY, Apus
from browser import Browser, PageError, PageServer
from recorded import WAIT_SECONDS

# A name that this browser takes to this machine, as a resolver of somebody else's may.
REBOUND = "rebound.example"


class Made(Apus):
    """A project of a template, as 'apus init' makes it."""

    def __init__(self, template):
        with tempfile.TemporaryDirectory() as folder:
            made = pathlib.Path(folder) / "made"
            subprocess.run(
                [BINARY, "init", "--template", template, str(made)], check=True,
                capture_output=True)
            super().__init__(made / "Schemas")
            shutil.copy(made / "index.html", self.directory)
            shutil.copytree(made / "public", self.directory / "public")


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pages = PageServer()
        cls.addClassCleanup(cls.pages.stop)

    def setUp(self):
        # One for each test: what it keeps of a session, both its windows have.
        self.browser = Browser(f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1")
        self.addCleanup(self.browser.quit)
        self.driver = self.browser.driver

    def serve(self, template):
        self.server = Made(template).start()
        self.addCleanup(self.server.stop)
        self.page = self.server.url + "/app/"

    def sign_up(self, name):
        self.driver.get(self.page)
        self.fill("#sign-in", email=f"{name}@example.org", password="correct horse")
        self.find("main")

    def fill(self, form, **values):
        """Fills a form in and sends it by its first button."""
        for name, value in values.items():
            self.find(f"{form} [name={name}]").send_keys(value)
        self.find(f"{form} button").click()

    def find(self, selector):
        """The first element that is seen."""
        return self.until(
            lambda driver: next(
                (found for found in driver.find_elements(By.CSS_SELECTOR, selector)
                 if found.is_displayed()), None), selector)

    def until(self, condition, what):
        try:
            return WebDriverWait(self.driver, WAIT_SECONDS, ignored_exceptions=[Exception]).until(
                condition)
        except TimeoutException:
            body = self.driver.find_element(By.TAG_NAME, "body").text
            raise AssertionError(
                "\n".join([f"{what} did not come:", body, *self.browser.console()])) from None

    def until_shown(self, selector, text):
        self.until(
            lambda driver: text in driver.find_element(By.CSS_SELECTOR, selector).text,
            f"{text} in {selector}")

    def until_gone(self, selector, text):
        self.until(
            lambda driver: text not in driver.find_element(By.CSS_SELECTOR, selector).text,
            f"that {text} goes from {selector}")

    def second_window(self):
        """Opens the page once more; answers what goes from one window to the other and back."""
        one = self.driver.current_window_handle
        self.driver.switch_to.new_window("window")
        self.driver.get(self.page)
        self.find("main")
        two = self.driver.current_window_handle
        return lambda number: self.driver.switch_to.window([one, two][number - 1])

    def test_todos_are_live_in_two_windows(self):
        self.serve("todo")
        self.sign_up("ada")
        window = self.second_window()
        window(1)
        self.fill("#new", title="Feed the swifts")
        window(2)
        self.until_shown("#todos", "Feed the swifts")
        self.find("#todos input").click()
        self.find("#todos .done")
        window(1)
        self.find("#todos .done")
        self.find("#todos button").click()
        window(2)
        self.until_gone("#todos", "Feed the swifts")
        # The feed comes back when the server does.
        self.server.end()
        self.server.start()
        window(1)
        self.fill("#new", title="Feed them again")
        window(2)
        self.until_shown("#todos", "Feed them again")
        self.assert_quiet()

    def test_a_session_of_another_project_is_forgotten(self):
        self.serve("todo")
        self.sign_up("ada")
        self.server.end()
        shutil.rmtree(self.server.directory / ".apus")
        self.server.start()
        self.sign_up("ada")
        self.driver.refresh()
        self.find("main")

    def test_what_is_said_is_heard_in_two_windows(self):
        self.serve("chat")
        self.sign_up("ada")
        self.until_shown("#messages", "Welcome!")
        self.fill("#me", name="Ada")
        self.find("#new")
        window = self.second_window()
        self.fill("#new", body="<b>Anybody here?</b>")
        window(1)
        self.until_shown("#messages", "<b>Anybody here?</b>")
        self.assert_quiet()

    def test_posts_are_live_in_two_windows(self):
        self.serve("blog")
        self.sign_up("ada")
        window = self.second_window()
        window(1)
        self.fill("#new", title="On swifts", body="They hardly ever land.")
        window(2)
        self.until_shown("#posts", "Draft")
        self.find("#posts button").click()
        window(1)
        self.until_shown("#posts", "Published")
        self.assert_quiet()

    def test_cards_are_live_in_two_windows(self):
        self.serve("kanban")
        self.sign_up("ada")
        window = self.second_window()
        window(1)
        self.fill("#new", title="Build a nest")
        window(2)
        self.until_shown("#todo", "Build a nest")
        self.driver.find_elements(By.CSS_SELECTOR, "#todo button")[1].click()
        window(1)
        self.until_shown("#doing", "Build a nest")
        self.assert_quiet()

    def assert_quiet(self):
        """Nothing was blocked by the page's policy, and no script failed."""
        # But that the server was away, and that a list of rows has no icon.
        expected = ["ERR_CONNECTION", "WebSocket", "favicon.ico"]
        lines = [line for line in self.browser.console()
                 if not any(word in line for word in expected)]
        self.assertEqual(lines, [])

    def test_who_sits_at_the_machine_is_told_what_runs(self):
        self.serve("todo")
        self.driver.get(self.server.url + "/")
        self.until_shown("body", self.server.keys["anon"])
        self.assertNotIn(self.server.keys["service_role"], self.driver.page_source)
        self.driver.find_element(By.PARTIAL_LINK_TEXT, "todos").click()
        self.until_shown("body", "[]")
        self.driver.get(self.server.url + "/")
        self.driver.find_element(By.LINK_TEXT, "/docs").click()
        self.until_shown("body", f'createClient("{self.server.url}", "{self.server.keys["anon"]}")')
        self.assertNotIn(self.server.keys["service_role"], self.driver.page_source)
        # Its own style is what its policy lets in.
        self.assertEqual(
            self.driver.execute_script("return getComputedStyle(document.querySelector('pre')).overflowX"),
            "auto")
        self.driver.get(self.server.url + "/")
        self.driver.find_element(By.LINK_TEXT, "/app/").click()
        self.find("#sign-in")
        self.assert_quiet()

    def test_no_page_of_another_origin_is_told_anything(self):
        self.serve("todo")
        self.browser.open(self.pages.origin)
        paths = ["/", "/docs", "/app/", "/app/apus.json", "/app/public/app.js"]
        for url in [self.server.url + path for path in paths]:
            for options in [{}, {"mode": "no-cors"}, {"headers": {"apikey": "x"}}]:
                with self.assertRaisesRegex(PageError, "Failed to fetch"):
                    self.browser.run("await fetch(...given);", url, options)
            self.assertEqual(self.load("script", url), "error")
            self.assertEqual(self.load("link", url), "error")
        # What the same page may read, to see that it could.
        self.assertEqual(
            self.browser.run("return (await fetch(given[0])).status;", self.server.url + "/health"),
            200)
        self.assertEqual(self.framed(self.server.url + "/"), "")

    def load(self, kind, url):
        """What becomes of an element of the page that names the URL."""
        return self.browser.run("""
            const [kind, url] = given;
            const made = document.createElement(kind);
            Object.assign(made, kind === "link" ? { rel: "stylesheet", href: url } : { src: url });
            return await new Promise(resolve => {
              made.onload = () => resolve("load");
              made.onerror = () => resolve("error");
              document.head.append(made);
            });
        """, kind, url)

    def framed(self, url):
        """The text of the URL in a frame of the page, as the person before it would see it."""
        self.browser.run("""
            const frame = document.createElement("iframe");
            frame.src = given[0];
            document.body.append(frame);
            await new Promise(resolve => { frame.onload = resolve; });
        """, url)
        self.driver.switch_to.frame(0)
        text = self.driver.find_element(By.TAG_NAME, "body").text
        self.driver.switch_to.default_content()
        return "" if "Models" not in text else text

    def test_a_name_that_leads_here_is_told_nothing(self):
        self.serve("todo")
        port = self.server.url.rsplit(":", 1)[1]
        for path in ["/", "/docs", "/app/", "/app/apus.json"]:
            self.driver.get(f"http://{REBOUND}:{port}{path}")
            self.until_shown("body", "no Route matched")
            self.assertNotIn(self.server.keys["anon"], self.driver.page_source)
        # The names of the machine itself are answered.
        for name in ["localhost", "notes.localhost", "127.0.0.1"]:
            self.driver.get(f"http://{name}:{port}/")
            self.until_shown("body", self.server.keys["anon"])


if __name__ == "__main__":
    unittest.main()
