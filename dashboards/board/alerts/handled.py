"""What is being handled, in memory: the newest row of each. No I/O."""

from collections.abc import Iterable

from dashboards.board.alerts.handling import Handling, Proposal, Raising


class Handled:
    """Handlings and proposals by raising.

    Only what people have touched is here, a few hundred bytes each; what has cleared is left out
    when everything is read again.
    """

    def __init__(self) -> None:
        self._handlings: dict[Raising, Handling] = {}
        self._proposals: dict[Raising, dict[str, Proposal]] = {}

    def handling(self, raising: Raising) -> Handling:
        """How far somebody is; version 0 where nobody has begun."""
        return self._handlings.get(raising) or Handling(*raising)

    def proposals(self, raising: Raising) -> list[Proposal]:
        """All that was proposed, the oldest first."""
        held = self._proposals.get(raising, {}).values()
        return sorted(held, key=lambda each: (each.proposed_at, each.proposal_id))

    def open_proposal(self, raising: Raising) -> Proposal | None:
        """The one that waits to be decided; there is at most one."""
        waiting = (each for each in self.proposals(raising) if each.state == "proposed")
        return next(waiting, None)

    def owners(self) -> set[str]:
        """Everybody who looks after something."""
        return {each.owner for each in self._handlings.values() if each.owner}

    def replace(self, handlings: Iterable[Handling], proposals: Iterable[Proposal]) -> set[Raising]:
        """Take everything as it is now; returns what is different."""
        old = {raising: self._state(raising) for raising in self._handlings}
        self._handlings.clear()
        self._proposals.clear()
        self.take(handlings, proposals)
        known = old.keys() | self._handlings.keys()
        return {each for each in known if old.get(each) != self._state(each)}

    def take(self, handlings: Iterable[Handling], proposals: Iterable[Proposal]) -> set[Raising]:
        """Keep what is newer than what is held; returns that."""
        changed: set[Raising] = set()
        for handling in handlings:
            if handling.version > self.handling(handling.raising).version:
                self._handlings[handling.raising] = handling
                changed.add(handling.raising)
        for proposal in proposals:
            held = self._proposals.setdefault(proposal.raising, {})
            known = held.get(proposal.proposal_id)
            if known is None or known.version < proposal.version:
                held[proposal.proposal_id] = proposal
                changed.add(proposal.raising)
        return changed

    def _state(self, raising: Raising) -> object:
        versions = tuple((each.proposal_id, each.version) for each in self.proposals(raising))
        return self.handling(raising).version, versions
