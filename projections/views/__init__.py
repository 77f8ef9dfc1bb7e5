"""The views: one module for each projection. They are listed in `projections.catalogue`."""
