"""Model calls through the gateway, beside ``litellm.Router``, and how budgets, memory and the service hold.

``p50_x``: one call after the other, warm. The product is ``Gateway.generate`` with routing, a budget of money that
matches and the ledger in SQLite (WAL, ``synchronous=NORMAL``): the reservation is durable before the model is asked,
settlement and record before the answer is given. The anchor is ``litellm.Router.acompletion`` with one model and no
retries. Both ask the same scripted server. Product, anchor and server have a process each, driven in turn, so that
neither side's event loop has anything else to do. ``throughput_x``: answers a second of 50 callers, the same two.

Where the time goes (medians on standard error): two thirds are the worker's ``litellm.acompletion``. The rest, in
falling order, is settling and recording in one transaction, reserving in another, the hop to the worker and back (two
frames of JSON over a socket pair, two wake-ups), and choosing a model and counting tokens. All of that is paid with
what litellm is spared: the Router, and in the worker the bookkeeping after an answer. At 50 at once the service and
its worker use two processors where the anchor uses one.

``exact_sqlite``, ``exact_postgres``: of 400 calls from two processes against a budget that fits 100, those that
succeed. ``overrun``: calls after which more was spent than the budget holds, also where calls use 40 % of what was held
for them; there, refused calls are repeated until what is spent leaves no room for one. ``leaked``: descriptors of
service and worker, tasks and reservations after 1,000 streams whose clients went after the first word. ``growth_pct``:
memory (PSS) of service and worker over 5,000 calls. ``help_x``: ``nexus --help`` over the reference process.
``healthz_p99_x``: p99 of /healthz while the worker imports litellm, over the same service at rest.
``compat_chat``, ``compat_modern``: what an outside judge says of the OpenAI endpoint (``benchmarks.gateway_compat``).
"""

from __future__ import annotations

from benchmarks.report import Figure


async def run(seed: int) -> list[Figure]:
    """All figures of the gateway; nothing is drawn, so ``seed`` changes nothing."""
    # Here and not above: the processes that these start are modules of this package, and need few of the others.
    from benchmarks.gateway import budgets, health, remains, speed, startup
    from benchmarks.gateway_compat import compat_chat, compat_modern

    return [
        *await speed.measure(),
        *await budgets.measure(),
        *await remains.measure(),
        startup.measure(),
        await health.measure(),
        Figure("compat_chat", await compat_chat(), "score", 1),
        Figure("compat_modern", await compat_modern(), "score", 1),
    ]
