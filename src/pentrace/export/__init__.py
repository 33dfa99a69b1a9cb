"""The command `export`: a network as an ONNX model."""
