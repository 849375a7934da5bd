"""The door that the operator, sellers and buyers share: who asks, how often, how he is answered or refused."""
