"""What tools write into the files they make, one kind of container a file; read without believing it."""
