"""The run's life: rows, leases, effects, the executor and the sweeper. Chat turns and builds alike are runs."""
