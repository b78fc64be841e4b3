print("bilayer")
