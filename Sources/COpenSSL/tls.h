// Macros of openssl/ssl.h that Swift cannot import.
#ifndef APUS_COPENSSL_TLS_H
#define APUS_COPENSSL_TLS_H

#include <openssl/bio.h>
#include <openssl/ssl.h>

/// No renegotiation, no compression, the server's choice of ciphers, and a peer that hangs up without a word is no
/// error.
static inline uint64_t copenssl_tls_server_options(void) {
    return SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE
        | SSL_OP_IGNORE_UNEXPECTED_EOF;
}

/// `SSL_OP_NO_TICKET`: no session tickets for this connection.
static inline uint64_t copenssl_no_ticket(void) { return SSL_OP_NO_TICKET; }

/// `BIO_get_mem_data`: the bytes a memory BIO holds, without taking them out.
static inline long copenssl_bio_memory(BIO *bio, const char **start) {
    return BIO_get_mem_data(bio, (char **)start);
}

#endif
