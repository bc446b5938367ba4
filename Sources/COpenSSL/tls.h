// Macros of openssl/ssl.h that Swift cannot import.
#ifndef APUS_COPENSSL_TLS_H
#define APUS_COPENSSL_TLS_H

#include <openssl/bio.h>
#include <openssl/ssl.h>

/// No renegotiation, no tickets, no compression: what a server that keeps no session state wants.
static inline uint64_t copenssl_tls_server_options(void) {
    return SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE
        | SSL_OP_IGNORE_UNEXPECTED_EOF;
}

/// `BIO_get_mem_data`: the bytes a memory BIO holds, without taking them out.
static inline long copenssl_bio_memory(BIO *bio, const char **start) {
    return BIO_get_mem_data(bio, (char **)start);
}

#endif
