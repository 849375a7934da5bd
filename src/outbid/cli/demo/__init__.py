"""The example buyers and sellers of `outbid demo`: made-up people, real HTTP on loopback."""
