"""What a child tells on its way reaches its parent, and never spoils the answer."""

import os
import signal
import time

import pytest

from neurocli.errors import InternalError, NeurocliError, TimeLimit
from neurocli.jobs.isolate import isolate
from neurocli.jobs.messages import tell


def talkative(count):
    for number in range(count):
        tell({"number": number})
    return list(range(count))


def test_messages_come_in_order_before_the_answer():
    heard = []
    answer = isolate(talkative, 200, listener=heard.append)
    assert heard == [{"number": n} for n in range(200)] and answer.value == list(range(200))


def test_nobody_listens():
    assert isolate(talkative, 3).value == [0, 1, 2]
    tell("this process is no child")


def test_long_messages_and_long_answers():
    heard = []

    def work():
        tell("x" * 300_000)
        return "y" * 300_000

    assert isolate(work, listener=heard.append).value == "y" * 300_000 and heard == ["x" * 300_000]


def test_only_the_child_itself_is_heard():
    heard = []

    def work():
        pid = os.fork()
        if pid == 0:
            tell("grandchild")
            os._exit(0)
        os.waitpid(pid, 0)
        tell("child")
        return isolate(lambda: tell("another") or 1).value

    assert isolate(work, listener=heard.append).value == 1 and heard == ["child"]


def test_a_fault_after_messages():
    def work():
        tell(1)
        raise TimeLimit("too long")

    heard = []
    with pytest.raises(TimeLimit, match="too long"):
        isolate(work, listener=heard.append)
    assert heard == [1]


def test_a_death_after_messages():
    def work():
        tell(1)
        os.kill(os.getpid(), signal.SIGSEGV)

    with pytest.raises(InternalError, match="SIGSEGV"):
        isolate(work, listener=lambda message: None)


def test_messages_do_not_put_off_the_limit():
    def work():
        while True:
            tell(0)
            time.sleep(0.01)

    began = time.monotonic()
    with pytest.raises(NeurocliError, match="not finished"):
        isolate(work, timeout=0.5, listener=lambda message: None)
    assert time.monotonic() - began < 20
