"""Systems of N particles: the sums over pairs, the time stepping, the noise."""
