"""Signing in and out."""

from __future__ import annotations

from django.contrib.auth import views
from django.urls import URLPattern, path

urlpatterns: list[URLPattern] = [
    path("login/", views.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", views.LogoutView.as_view(), name="logout"),
]
