package ${package};

import org.tminus.tck.BundleContract;

/** Tests target/classes, which bnd has made a bundle by then. */
class BundleTest extends BundleContract {}
