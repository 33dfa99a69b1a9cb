"""Verification: how well forgeries are distinguished from genuine signatures."""
