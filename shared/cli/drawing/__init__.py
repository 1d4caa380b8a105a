"""Journeys as pictures: a tree in the terminal, Mermaid text, SVG."""
