"""Operations: what whoever runs the platform asks of it, told in words. Nothing here calls AWS."""
