/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import org.tminus.coordinator.internal.certificate.Withdrawal;

/** Tells others of withdrawn certificates; a service within this bundle, there only where there is an Event Admin. */
interface CertificateEvents {
    void withdrawn(Withdrawal withdrawal);
}
