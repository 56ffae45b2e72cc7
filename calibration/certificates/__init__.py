"""From the bytes of a certificate to a curve with its uncertainty."""
