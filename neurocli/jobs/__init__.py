"""Running work that may crash, hang or eat memory, so that it costs one answer and nothing else.

FLINT ignores Ctrl-C inside a call, holds the interpreter lock, and aborts the process when memory
ends; a Gröbner engine is a foreign program.  So heavy work runs in a child process that can be
killed (`isolate` for one computation, `supervisor` for many), and `limits` refuses what cannot fit.
"""
