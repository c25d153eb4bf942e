/** Ten cities. What takes two seconds in the lesson takes about 0.6 s here. */
export interface City {
  readonly name: string
  readonly celsius: number
  readonly sky: string
  /** Seconds until its weather service answers. */
  readonly delay: number
}

export const cities: readonly City[] = [
  { name: "London", celsius: 11, sky: "rain", delay: 0.62 },
  { name: "Lagos", celsius: 31, sky: "thunder", delay: 0.55 },
  { name: "Lima", celsius: 19, sky: "mist", delay: 0.58 },
  { name: "Tokyo", celsius: 16, sky: "clear", delay: 0.64 },
  { name: "Cairo", celsius: 34, sky: "clear", delay: 0.5 },
  { name: "Oslo", celsius: -3, sky: "snow", delay: 0.6 },
  { name: "Quito", celsius: 14, sky: "clouds", delay: 0.57 },
  { name: "Delhi", celsius: 36, sky: "haze", delay: 0.63 },
  { name: "Rome", celsius: 22, sky: "clear", delay: 0.53 },
  { name: "Perth", celsius: 27, sky: "wind", delay: 0.66 },
]
