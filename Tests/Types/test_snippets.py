"""Whether the snippets of reference pages are programs, in each language."""

import subprocess
import unittest

from reference import Reference
from test_types import BINARY, DENO, PROJECTS, SECONDS, TypesCase, shutil

LANGUAGES = ["supabase-js", "Python", "Swift", "curl"]


class Snippets(TypesCase):
    def snippets(self, language):
        for name, project in PROJECTS.items():
            answer = subprocess.run(
                [BINARY, "docs", "--project", str(project), "--data", str(self.folder / "data")],
                check=True, capture_output=True, text=True, timeout=SECONDS)
            found = Reference(answer.stdout).snippets
            self.assertEqual(list(found), LANGUAGES)
            for place, text in found[language].items():
                yield f"{name}: {place}", text

    def test_python(self):
        for place, text in self.snippets("Python"):
            with self.subTest(place):
                compile(text, place, "exec")

    def test_curl(self):
        for place, text in self.snippets("curl"):
            with self.subTest(place):
                answer = subprocess.run(["bash", "-nc", text], capture_output=True, text=True)
                self.assertEqual((answer.returncode, answer.stderr), (0, ""))

    @unittest.skipUnless(shutil.which("swiftc"), "skipped: no swiftc")
    def test_swift(self):
        for place, text in self.snippets("Swift"):
            with self.subTest(place):
                # One file alone may have statements.
                (self.folder / "snippet.swift").write_text(text)
                code, said = self.run_in_folder("swiftc", "-parse", "snippet.swift")
                self.assertEqual(code, 0, said)

    @unittest.skipUnless(shutil.which(DENO), "skipped: no Deno to check TypeScript with")
    def test_javascript(self):
        lines = ["// deno-lint-ignore-file", "declare const createClient: any"]
        for place, text in self.snippets("supabase-js"):
            body = text.replace('import { createClient } from "@supabase/supabase-js"', "")
            given = "" if "createClient(" in body else "const supabase: any = 0"
            lines += [f"// {place}", f"async () => {{ {given}", body, "}"]
        (self.folder / "snippets.ts").write_text("\n".join(lines).replace("change =>", "(change: any) =>"))
        code, said = self.run_in_folder(DENO, "check", "--no-config", "--no-remote", "snippets.ts")
        self.assertEqual(code, 0, said)
