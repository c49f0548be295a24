//! Tests of requests and grants, on real files.
