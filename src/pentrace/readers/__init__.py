"""One reader per raw format. A reader called NAME consists of two plain modules.

`pentrace.readers.sources.NAME` says where the raw files are. The Snakefile imports it at every
start, so it imports nothing but `pentrace.readers.source`:

- `INK: tuple[Source, ...]`, `LABELS: tuple[Source, ...]`: files with pen positions, and files
  with their labels.
- `group(path: str) -> str`: files of the same group are in the same shard (crc32 of the group,
  modulo the number of shards), so adding a file moves no other file.

`pentrace.readers.NAME` reads them. A reader of ink has:

- `read(files: pa.Table of schema.RAW, settings: ParseSettings) -> Parsed`: reads one piece of ink
  files. The order of the files is kept, and every file is in `samples` or in `rejects`.
- `label(files: pieces of a pa.Table of schema.RAW, samples: pa.Table of schema.PARSED, rejected:
  list of sample ids that could not be read, settings: LabelSettings) -> Labelled`: the labels of
  the parsed samples from the label files. Without split lists, the rows have no `split`.

A reader of ink whose raw files may include others has `INCLUDES = True`: its `LABELS` are the files
that may be included, and `read` has a third parameter, `included`: pa.Table of schema.RAW, or None.

There is one reader of texts, `text`. `pentrace characters` calls it, instead of `parse` and
`label`. The workflow treats a data set as text if its reader is `text`. The reader has:

- `read(files: pa.Table of schema.RAW, settings: CharacterSettings) -> (documents, rejects,
  messages)`: a `Document` or a `Reject` for each file of one piece, in their order, and messages
  for users about the documents. There are no label files, and the position in the corpus decides
  the split.

No reader raises an error for a bad file: it returns a `Reject` (see `pentrace.readers.results`).

Two files may have the same sample name, such as U1S1.TXT and USER1S1.TXT. A reader reads both;
`parse` keeps the first in a shard and rejects the second (`same-sample`). Therefore `group` puts
files of one sample name into one shard; if it does not, `label` stops and names the files.
`characters` reads all shards at once, and rejects the second in any shard.
"""
