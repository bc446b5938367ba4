"""What compilers say of the types that `apus types` prints."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BINARY = os.environ.get("APUS_BINARY", str(ROOT / ".build/debug/apus"))
DENO = os.environ.get("APUS_DENO", "deno")
PROJECTS = {"everything": ROOT / "Tests/ClientsTests/Project", "sample": ROOT}
SECONDS = 120


class TypesCase(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="apus-types-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def types(self, language, project, name):
        """Writes the types of a project to a file of the folder."""
        subprocess.run(
            [BINARY, "types", language, "--project", str(PROJECTS[project]),
             "--out", str(self.folder / name)],
            check=True, capture_output=True, timeout=SECONDS)

    def run_in_folder(self, *words):
        answer = subprocess.run(
            words, cwd=self.folder, text=True, timeout=SECONDS,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=os.environ | {"NO_COLOR": "1"})
        return answer.returncode, answer.stdout


@unittest.skipUnless(shutil.which(DENO), "skipped: no Deno to check TypeScript with")
class TypeScript(TypesCase):
    def check(self, project, use):
        self.types("typescript", project, "database.types.ts")
        shutil.copy(HERE / use, self.folder)
        return self.run_in_folder(DENO, "check", "--no-config", "--no-remote", use)

    def test_uses_of_the_types_pass_and_misuses_fail(self):
        for project, use in [("everything", "everything.ts"), ("sample", "sample.ts")]:
            with self.subTest(project):
                code, said = self.check(project, use)
                self.assertEqual(code, 0, said)

    def test_each_misuse_is_an_error_of_its_own(self):
        """What is expected to fail does so for what stands on its line, not for the file's sake."""
        self.types("typescript", "everything", "database.types.ts")
        source = (HERE / "everything.ts").read_text()
        expected = source.count("@ts-expect-error")
        self.assertGreater(expected, 20)
        (self.folder / "misuses.ts").write_text(source.replace("@ts-expect-error", "error:"))
        code, said = self.run_in_folder(DENO, "check", "--no-config", "--no-remote", "misuses.ts")
        self.assertNotEqual(code, 0)
        self.assertEqual(len(set(re.findall(r"misuses\.ts:(\d+):\d+", said))), expected, said)


@unittest.skipUnless(shutil.which("swiftc"), "skipped: no swiftc")
class Swift(TypesCase):
    def test_the_types_compile_alone(self):
        for project in PROJECTS:
            with self.subTest(project):
                self.types("swift", project, "Database.swift")
                code, said = self.run_in_folder(
                    "swiftc", "-swift-version", "6", "-warnings-as-errors", "-typecheck",
                    "Database.swift")
                self.assertEqual(code, 0, said)

    def test_rows_are_read_and_written(self):
        self.types("swift", "everything", "Database.swift")
        shutil.copy(HERE / "use.swift.txt", self.folder / "main.swift")
        code, said = self.run_in_folder(
            "swiftc", "-swift-version", "6", "Database.swift", "main.swift", "-o", "use")
        self.assertEqual(code, 0, said)
        code, said = self.run_in_folder("./use")
        self.assertEqual((code, said.strip()), (0, "all is well"))
