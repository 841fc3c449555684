#!/usr/bin/env python3
"""Runs jupyter_kernel_test, the Jupyter project's own suite, against the installed kernel axn.

Exit status 0 if nothing fails and nothing but the pager, which the kernel has not, is skipped.
"""
import sys
import unittest
from unittest import mock

import jupyter_kernel_test as jkt
from jupyter_client.manager import start_new_kernel


PATIENCE = 60  # seconds; the suite gives an answer 15, and an output behind it a tenth
jkt.TIMEOUT = PATIENCE


class Conformance(jkt.KernelTests):
    kernel_name = "axn"
    language_name = "go"
    file_extension = ".go"
    code_hello_world = 'import "fmt"\nfmt.Println("hello, world")'
    code_stderr = 'import ("fmt"; "os")\nfmt.Fprintln(os.Stderr, "test")'
    completion_samples = [{"text": "fmt.Printl", "matches": {"fmt.Println"}}, {"text": "strings.ToUpp"}, {"text": "func"}]
    complete_code_samples = ["1", "x := 1", "for i := range 3 {\n\tfmt.Println(i)\n}", "func f(a int) int { return 2 * a }"]
    incomplete_code_samples = ["for i := range 3 {", "func f(", 'fmt.Println("hi",', "type P struct {", "x := `raw"]
    invalid_code_samples = ["x := := 7q", "func )"]
    code_generate_error = 'panic("boom")'
    code_execute_result = [{"code": "1+2+3", "result": "6"}, {"code": "[]int{1, 4, 9}", "result": "[1 4 9]"}]
    code_display_data = [
        {"code": 'display.HTML("<b>test</b>")', "mime": "text/html"},
        {"code": 'display.Markdown("**test**")', "mime": "text/markdown"},
        {"code": 'display.Latex("x^2")', "mime": "text/latex"},
        {"code": 'display.SVG("<svg/>")', "mime": "image/svg+xml"},
    ]
    code_history_pattern = "1?2*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "fmt.Println"
    code_clear_output = "display.ClearOutput(false)"

    def execute_helper(self, code, timeout=PATIENCE, **options):
        channel = self.kc.iopub_channel
        get = jkt.ensure_sync(channel.get_msg)
        with mock.patch.object(channel, "get_msg", lambda timeout: get(timeout=PATIENCE)):
            return super().execute_helper(code, timeout, **options)


class Welcome(unittest.TestCase):
    """The suite's own test of iopub_welcome waits without limit."""

    def test_welcome(self):
        manager, client = start_new_kernel(kernel_name="axn")
        self.addCleanup(manager.shutdown_kernel, now=True)
        client.stop_channels()
        fresh = manager.blocking_client()
        self.addCleanup(fresh.stop_channels)
        fresh.start_channels()
        self.assertEqual(fresh.get_iopub_msg(timeout=PATIENCE)["header"]["msg_type"], "iopub_welcome")


def main():
    load = unittest.defaultTestLoader.loadTestsFromTestCase
    result = unittest.TextTestRunner(verbosity=2).run(unittest.TestSuite(map(load, (Conformance, Welcome))))
    skipped = [test.id() for test, _ in result.skipped if not test.id().endswith("test_pager")]
    if skipped:
        print("skipped:", *skipped, file=sys.stderr)
    sys.exit(not result.wasSuccessful() or bool(skipped))


if __name__ == "__main__":
    main()
