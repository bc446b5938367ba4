import COpenSSL

/// Authenticated encryption: AES-256 in Galois/Counter mode (NIST SP 800-38D).
public enum AES256GCM {
    /// Bytes of a key.
    public static let keyBytes = 32
    /// Bytes of a nonce, the one size that the mode is made for (§5.2.1.1).
    private static let nonceBytes = 12
    private static let tagBytes = 16

    /// Encrypts `plaintext` under a fresh random nonce: for keys that seal few texts (§8.3: at
    /// most 2^32).
    ///
    /// - Parameters:
    ///   - key: ``keyBytes`` of them.
    ///   - context: what is not in the box, and without which it does not open (associated data).
    /// - Returns: nonce, ciphertext and tag.
    public static func seal(
        _ plaintext: [UInt8], key: [UInt8], context: [UInt8]
    ) -> [UInt8] {
        precondition(key.count == keyBytes, "AES-256 has keys of 32 bytes")
        let nonce = RandomBytes.make(nonceBytes)
        let cipher = unsafe EVP_CIPHER_CTX_new()
        defer { unsafe EVP_CIPHER_CTX_free(cipher) }
        var ciphertext = [UInt8](repeating: 0, count: plaintext.count)
        var tag = [UInt8](repeating: 0, count: tagBytes)
        var (count, rest): (Int32, Int32) = (0, 0)
        let done =
            unsafe EVP_EncryptInit_ex(cipher, EVP_aes_256_gcm(), nil, key, nonce) == 1
            && EVP_EncryptUpdate(cipher, nil, &rest, context, Int32(context.count)) == 1
            && EVP_EncryptUpdate(cipher, &ciphertext, &count, plaintext, Int32(plaintext.count))
                == 1
            // Writes nothing in this mode.
            && EVP_EncryptFinal_ex(cipher, nil, &rest) == 1
            && EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, Int32(tagBytes), &tag) == 1
        precondition(done && count == plaintext.count, "AES-256-GCM is missing from this OpenSSL")
        return nonce + ciphertext + tag
    }

    /// Decrypts what ``seal(_:key:context:)`` made.
    ///
    /// - Returns: nil when key or context are others than it was sealed with, or a bit of it has
    ///   changed.
    public static func open(
        _ box: [UInt8], key: [UInt8], context: [UInt8]
    ) -> [UInt8]? {
        precondition(key.count == keyBytes, "AES-256 has keys of 32 bytes")
        guard box.count >= nonceBytes + tagBytes else { return nil }
        let nonce = Array(box.prefix(nonceBytes))
        let ciphertext = Array(box.dropFirst(nonceBytes).dropLast(tagBytes))
        var tag = Array(box.suffix(tagBytes))
        let cipher = unsafe EVP_CIPHER_CTX_new()
        defer { unsafe EVP_CIPHER_CTX_free(cipher) }
        var plaintext = [UInt8](repeating: 0, count: ciphertext.count)
        var (count, rest): (Int32, Int32) = (0, 0)
        let isReady =
            unsafe EVP_DecryptInit_ex(cipher, EVP_aes_256_gcm(), nil, key, nonce) == 1
            && EVP_DecryptUpdate(cipher, nil, &rest, context, Int32(context.count)) == 1
            && EVP_DecryptUpdate(cipher, &plaintext, &count, ciphertext, Int32(ciphertext.count))
                == 1
            && EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, Int32(tagBytes), &tag) == 1
        precondition(isReady, "AES-256-GCM is missing from this OpenSSL")
        // The judgement: nothing of the plaintext may be looked at before.
        guard unsafe EVP_DecryptFinal_ex(cipher, nil, &rest) == 1 else {
            ERR_clear_error()
            return nil
        }
        return plaintext
    }
}
