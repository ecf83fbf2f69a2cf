"""The make-believe Zalo: its Bot Platform on the wire, and phones that know words, pictures and stickers."""
