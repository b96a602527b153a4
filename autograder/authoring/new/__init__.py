"""Skeletons of lessons and exercises: their texts (`templates`), and how they get into the course (`plan`)."""

from autograder.authoring.new.plan import new

__all__ = ["new"]
