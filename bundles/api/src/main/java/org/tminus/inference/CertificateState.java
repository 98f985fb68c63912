/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.inference;

/** Whether the answer is covered by the model's certificate. More states may follow; handle unknown ones. */
public enum CertificateState {
    /** Full depth ran: there is nothing to certify. */
    FULL_DEPTH,
    /** All that was in force is what the certificate names. */
    CERTIFIED,
    /** There is no certificate, or something in force differs from what it names. */
    UNCERTIFIED,
    /** The certificate was withdrawn at run time. */
    WITHDRAWN
}
