"""Typed forms by edition: `forms.current("health-examination", on).check(content)`."""

from domain.forms.catalogue import FORMS
from domain.forms.registry import Form as Form
from domain.forms.registry import FormRefused as FormRefused
from domain.forms.registry import FormUnknown as FormUnknown
from domain.forms.registry import Registry as Registry

registry = Registry(FORMS)
get = registry.get
current = registry.current
names = registry.names
