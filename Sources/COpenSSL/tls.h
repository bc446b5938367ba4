// Macros of openssl/ssl.h that Swift cannot import.
#ifndef APUS_COPENSSL_TLS_H
#define APUS_COPENSSL_TLS_H

#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

/// No renegotiation, no compression, the server's choice of ciphers, and a peer that hangs up without a word is no
/// error.
static inline uint64_t copenssl_tls_server_options(void) {
    return SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE
        | SSL_OP_IGNORE_UNEXPECTED_EOF;
}

/// What every connection that we begin has: no renegotiation, no compression.
static inline uint64_t copenssl_tls_client_options(void) { return SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION; }

/// Prints up to `most` names that a certificate is for, a line each, with their kind in front of a colon: the
/// alternative ones, or else the common one.
static inline void copenssl_print_names(const X509 *certificate, int most, BIO *out) {
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; i < sk_GENERAL_NAME_num(names) && i < most; i++) {
        GENERAL_NAME_print(out, sk_GENERAL_NAME_value(names, i));
        BIO_puts(out, "\n");
    }
    if (sk_GENERAL_NAME_num(names) < 1) {
        int place = X509_NAME_get_index_by_NID(X509_get_subject_name(certificate), NID_commonName, -1);
        X509_NAME_ENTRY *entry = X509_NAME_get_entry(X509_get_subject_name(certificate), place);
        BIO_puts(out, "CN:");
        if (entry != NULL) ASN1_STRING_print(out, X509_NAME_ENTRY_get_data(entry));
        BIO_puts(out, "\n");
    }
    GENERAL_NAMES_free(names);
}

/// `SSL_OP_NO_TICKET`: no session tickets for this connection.
static inline uint64_t copenssl_no_ticket(void) { return SSL_OP_NO_TICKET; }

/// Bytes of memory that a memory BIO has for what it holds and will hold.
static inline size_t copenssl_bio_capacity(BIO *bio) {
    BUF_MEM *memory = NULL;
    BIO_get_mem_ptr(bio, &memory);
    return memory == NULL ? 0 : memory->max;
}

/// Gives back the memory of a memory BIO that holds nothing, which would keep all that it has ever grown to. Not that
/// of a small one.
static inline void copenssl_bio_shrink(BIO *bio, size_t kept) {
    BUF_MEM *memory = NULL;
    BIO_get_mem_ptr(bio, &memory);
    if (memory == NULL || memory->length > 0 || memory->max <= kept) return;
    BUF_MEM *fresh = BUF_MEM_new();
    if (fresh != NULL) BIO_set_mem_buf(bio, fresh, BIO_CLOSE);
}

/// `BIO_get_mem_data`: the bytes a memory BIO holds, without taking them out.
static inline long copenssl_bio_memory(BIO *bio, const char **start) {
    return BIO_get_mem_data(bio, (char **)start);
}

#endif
