// A VFS that writes the frames of a transaction into the write-ahead log in large pieces.
#ifndef APUS_CSQLITE_LOG_H
#define APUS_CSQLITE_LOG_H

/// The name of the VFS over the present default one, which is registered with the first call; null
/// where there is no memory for it. From any thread.
///
/// SQLite writes each page of a transaction by two calls, of 24 bytes and of a page. Here they are
/// gathered until the frame of the COMMIT, so that they are one call for each 64 KiB. What others
/// see of the log, and when, is the same: before the COMMIT's frame is written nobody reads any of
/// them, and it ends the gathering; so do reading, synchronising and cutting off the log. What a
/// transaction leaves that did not come to its COMMIT is dropped before others may write.
const char *csqlite_log_vfs(void);

#endif
