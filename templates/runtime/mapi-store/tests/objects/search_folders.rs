//! Search folders through the vtables: what the suite cannot know of this runtime.
