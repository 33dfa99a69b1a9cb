"""One reader per raw format. A reader called NAME is two plain modules, and that is all.

`pentrace.readers.sources.NAME` says where the raw files are. The Snakefile imports it at every
start, so it imports nothing but `pentrace.readers.source`:

- `INK: tuple[Source, ...]`, `LABELS: tuple[Source, ...]`: files with pen positions, and files
  that tell about them.
- `group(path: str) -> str`: files with the same group go to the same shard (crc32 of the group,
  modulo the number of shards), so that a file that is added moves no other.

`pentrace.readers.NAME` reads them. A reader of ink has:

- `read(files: pa.Table of schema.RAW, settings: ParseSettings) -> Parsed`: one piece of ink files;
  the order of the files is kept, and every file ends in `samples` or in `rejects`.
- `label(files: pa.Table of schema.RAW, samples: pa.Table of schema.PARSED, rejected: list of
  sample ids that could not be read, settings: LabelSettings) -> Labelled`: what the label files
  tell about the parsed samples. `split` is left out where there are no split lists.

The reader of texts, `text`, is the only one of its kind; `pentrace characters` calls it, in place
of `parse` and `label`. The workflow takes a data set for text if its reader is called so. It has:

- `read(files: pa.Table of schema.RAW, settings: CharacterSettings) -> (documents, rejects,
  messages)`: a `Document` or a `Reject` for each file of one piece, in their order, and what people
  should know of the documents. There are no label files: a text is its own label, and the split
  is made of where it stands.

No reader raises anything for a bad file: it becomes a `Reject` (see `pentrace.readers.results`).

Two files may have one sample name, such as U1S1.TXT and USER1S1.TXT. A reader reads both: `parse`
keeps the first of a shard and rejects the other (`same-sample`). So `group` puts files of one
sample name into one shard; where it failed to, `label` stops and names the files. `characters`
reads all shards at once, and rejects the other wherever it is.
"""
