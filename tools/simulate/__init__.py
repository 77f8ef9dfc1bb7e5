"""A county of whole lives, made up: pure generators (plan, people, life), and the loader that stores them.

A life is a function of (seed, number of the resident) and nothing else, so lives can be made in any order, by
several processes, and again: the same seed gives the same bytes. Nobody real is meant.
"""
