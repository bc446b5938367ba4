// As much of HTTP/1.1 as the benchmark speaks.
#ifndef BASELINE_HTTP_H
#define BASELINE_HTTP_H

#include "buffer.h"

#include <sys/types.h>

typedef struct {
    Text method, path, query, body;
    /// Empty where the field is missing.
    Text prefer, webSocketKey;
} Request;

/// Reads the request at the front of `input`. Returns its length in bytes, 0 if it is not all
/// there yet, -1 if it is none. The parts of the request point into the input.
ssize_t http_read(Request *request, Text input);

/// The value of the query parameter that begins with `name`, to its end; no bytes if it is missing.
Text http_parameter(Text query, Text name);

/// The digits at the front of a text; `standard` if there are none.
int64_t http_number(Text text, int64_t standard);

/// Appends a response. `field` is one more field line with its line end, or no bytes.
void http_respond(Buffer *output, Text status, Text field, Text body);

#endif
