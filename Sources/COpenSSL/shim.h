// OpenSSL 3.0 headers, and the macros that Swift cannot import.
#ifndef APUS_COPENSSL_SHIM_H
#define APUS_COPENSSL_SHIM_H

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#endif
