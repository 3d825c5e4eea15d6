"""How one call goes from model to model: whose turn it is, what has failed, how much time is left."""

from __future__ import annotations

from collections.abc import Callable

from core.errors import BudgetExceeded, NexusError
from gateway.config import BUILTIN, GatewayConfig
from gateway.failure import CallFailed, FailureClass
from gateway.messages import ModelRequest
from gateway.resilience import wait_seconds
from gateway.result import Attempt, CallRecord, ModelResult, Reply, Usage, total
from gateway.routing import MOST_TRIES, ModelCard, Plan, next_model


class Course:
    """The course of one call. ``answered``: one of the models gave its answer."""

    def __init__(
        self, config: GatewayConfig, plan: Plan, timer: Callable[[], float], draw: Callable[[], float]
    ) -> None:
        self.plan = plan
        self.answered = False
        self._config = config
        self._timer = timer
        self._draw = draw
        self._started = timer()
        self._tried = self._started
        self._at = 0
        self._tries = 0
        self._why = "; ".join(plan.reasons) or "The only one there is."
        self._attempts: list[Attempt] = []
        self._spent: list[Usage] = []

    @property
    def model(self) -> ModelCard:
        """Whose turn it is."""
        return self.plan.models[self._at]

    @property
    def left(self) -> float:
        """Seconds until the deadline."""
        return max(0.0, self._started + self._config.deadline_seconds - self._timer())

    def begin(self) -> ModelCard:
        """Begin a try."""
        self._tries += 1
        self._tried = self._timer()
        return self.model

    def after(self, failure: CallFailed | BudgetExceeded) -> float | None:
        """Note how the try failed; seconds until the next one, or ``None`` where there is none."""
        kind = failure.kind if isinstance(failure, CallFailed) else FailureClass.BUDGET
        if isinstance(failure, CallFailed) and failure.usage is not None:
            self._spent.append(failure.usage)
        self._note(kind, failure.detail)
        models, at = self.plan.models, self._at
        following = next_model(self._config, models, at, self._tries, kind)
        wait = 0.0
        if following == at:
            wait = wait_seconds(self._tries, getattr(failure, "retry_after", None), self._draw)
            if wait >= self.left:
                following, wait = next_model(self._config, models, at, MOST_TRIES, kind), 0.0
        if following is None or (self.left <= 0 and models[following].provider is not None):
            return None
        if following != at:
            self._tries = 0
            self._why = f"{models[at].name} failed ({kind.value})."
        self._at = following
        return wait

    def cut_off(self, usage: Usage) -> None:
        """Note what the try has cost that nobody waited for any more."""
        self._spent.append(usage)

    def reply(self, request: ModelRequest, result: ModelResult, first_seconds: float | None) -> Reply:
        """The answer of the model whose turn it was, with the record of the whole call."""
        self._note(None, "")
        self.answered = True
        record = self._record(request, result.provider, result.model, [*self._spent, result.usage])
        finished = {"finish_reason": result.finish_reason, "first_seconds": first_seconds}
        return Reply(result=result, record=record.model_copy(update=finished))

    def failed(self, request: ModelRequest, failure: str) -> CallRecord:
        """The record of a call that gave no answer: the class of its last failure, or ``cancelled``."""
        here = self.model
        record = self._record(request, here.provider or BUILTIN, here.name, self._spent)
        return record.model_copy(update={"failure": failure})

    @property
    def remote(self) -> bool:
        """Whether anybody but the builtin provider was asked."""
        return any(attempt.model != BUILTIN for attempt in self._attempts) or self.model.provider is not None

    def _unknown(self) -> tuple[Attempt, ...]:
        """The try that could not be made: of a preferred model that is none."""
        name = self.plan.missing
        if name is None:
            return ()
        failure, detail = FailureClass.NOT_FOUND.value, f"The routing has no model {name!r}."
        return (Attempt(model=name, reason="The caller prefers it.", failure=failure, detail=detail),)

    def _record(self, request: ModelRequest, provider: str, model: str, spent: list[Usage]) -> CallRecord:
        return CallRecord(
            purpose=request.purpose,
            provider=provider,
            model=model,
            prompt_hash=request.prompt_hash,
            finish_reason=None,
            usage=total(spent),
            latency_seconds=self._timer() - self._started,
            attempts=(*self._unknown(), *self._attempts),
            tier=self.plan.tier,
        )

    def told(self, failure: CallFailed | BudgetExceeded) -> NexusError:
        """The error of the whole call: the last one's, with what was tried before it."""
        if len(self._attempts) > 1:
            tried = [f"{attempt.model}: {attempt.failure}" for attempt in self._attempts]
            failure.facts["attempts"] = tried
        return failure

    def _note(self, failure: FailureClass | None, detail: str) -> None:
        seconds = self._timer() - self._tried
        kind = failure.value if failure else None
        self._attempts.append(
            Attempt(model=self.model.name, reason=self._why, failure=kind, detail=detail, seconds=seconds)
        )
