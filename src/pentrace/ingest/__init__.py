"""The stages that turn raw files into tables: parse, label, characters."""
