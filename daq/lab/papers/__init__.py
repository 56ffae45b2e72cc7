"""Papers of the laboratory: reports, raw-data sheets, labels, tables; content goes in, bytes come out."""
