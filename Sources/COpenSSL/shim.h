#pragma once
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

// Stacks of certificates: macros in OpenSSL, which Swift cannot see.
static inline STACK_OF(X509) *mkds_certificates_new(void) { return sk_X509_new_null(); }

/// Takes over the certificate on success (not 0).
static inline int mkds_certificates_push(STACK_OF(X509) *stack, X509 *certificate) {
    return sk_X509_push(stack, certificate);
}

static inline void mkds_certificates_free(STACK_OF(X509) *stack) { sk_X509_pop_free(stack, X509_free); }

/// Frees what OpenSSL allocated; a macro there.
static inline void mkds_openssl_free(void *memory) { OPENSSL_free(memory); }

/// How a certificate's name is printed: RFC 2253, control characters escaped, everything else as UTF-8.
static inline unsigned long mkds_name_flags(void) { return XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB; }
