"""The face of the public: status, and later questions and answers."""
