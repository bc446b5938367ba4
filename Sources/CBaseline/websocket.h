// As much of WebSocket (RFC 6455) and of the Phoenix protocol as a subscriber of one topic needs.
#ifndef BASELINE_WEBSOCKET_H
#define BASELINE_WEBSOCKET_H

#include "item.h"

typedef enum { FRAMES_GO_ON, FRAMES_JOIN, FRAMES_END } Frames;

/// Answers an upgrade.
void websocket_accept(Buffer *output, Text key);

/// Takes the client's frames off the input, as far as they are whole, and answers them. Returns
/// whether one of them joined the topic or ended the connection.
Frames websocket_read(Buffer *input, Buffer *output);

/// The frame that tells subscribers of a row. `time` is ISO 8601.
void websocket_append_insert(Buffer *output, const Item *item, Text time);

#endif
