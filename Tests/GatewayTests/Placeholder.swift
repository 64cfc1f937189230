import Testing

@Suite("Placeholder until the first real test of this target stands") struct Placeholder {}
