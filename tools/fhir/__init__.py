"""`lifelong import fhir DIR`: whole lives from FHIR R4 bundles, through the same commands as everyone.

bundle.py reads a file, life.py knows whose life it is, one module per kind of resource maps it to our forms,
plan.py orders the life into steps, life_import.py takes them, importer.py does so for a folder, report.py
counts what became of what, command.py talks to whoever asked.
"""
