"""`lifelong import fhir DIR`: whole lives from FHIR R4 bundles, through the same commands as everyone.

bundle.py reads a file, life.py knows whose life it is, one module per kind of resource maps it to our
forms, plan.py orders the life into steps, importer.py takes the steps, report.py counts what became of what.
"""
