//! Transcripts: whole conversations, driven without sockets.
