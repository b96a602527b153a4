"""The part of the grader that runs inside the sandbox, before any student code. It knows no answer and no verdict."""
